import { serve, type LambdaEvent } from "statefun/lambda";
import { nodeHost } from "./host.js";
import { frontShapes } from "./lambda-events.js";
import { lambdaFront } from "./lambda-front.js";
import { adapterSuite } from "./suite.js";

for (const shape of frontShapes) {
  adapterSuite(
    `on Lambda, behind a ${shape}`,
    nodeHost((functions) => {
      const handler = serve(functions);
      return lambdaFront(shape, async (event) =>
        JSON.stringify(await handler(JSON.parse(event) as LambdaEvent)),
      );
    }),
    { gatewayInFront: true },
  );
}
