import { functionType, jsonType, statefulFunction, types } from "statefun";
import { z } from "zod";
import { EgressRecord, Playground } from "./playground.js";
import { serve } from "./serve.js";

const Join = jsonType("graph/Join", z.object({ neighbour: z.string() }));
const Label = jsonType("graph/Label", z.object({ from: z.string(), label: z.string() }));
const Neighbours = jsonType("graph/Neighbours", z.array(z.string()));
const Vertex = functionType("graph/vertex", [Join, Label]);

/** A vertex of a graph: its component is named after the smallest id that has been heard of through its edges. */
const vertex = statefulFunction(Vertex, {
  storage: { label: types.string, neighbours: Neighbours },
  on: {
    [Join.typename](context, { neighbour }) {
      const { id } = context.self;
      const label = context.storage.label.update((known = id) => known);
      context.storage.neighbours.update((known = []) => [...new Set([...known, neighbour])]);
      context.send(Vertex.address(neighbour), Label({ from: id, label }));
    },
    [Label.typename](context, { from, label: heard }) {
      const { id } = context.self;
      const { label, neighbours } = context.storage;
      const known = label.get() ?? id;
      const all = neighbours.update((before = []) => [...new Set([...before, from])]);
      const smaller = heard < known ? heard : known;
      label.set(smaller);
      if (smaller !== known) {
        for (const neighbour of all)
          context.send(Vertex.address(neighbour), Label({ from: id, label: smaller }));
        context.send(Playground, EgressRecord({ topic: "components", payload: `${id} is in ${smaller}` }));
      } else if (heard > known) {
        context.send(Vertex.address(from), Label({ from: id, label: known }));
      }
    },
  },
});

await serve(vertex);
