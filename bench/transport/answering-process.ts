import net from "node:net";

// A function that costs as little as one can: it answers each request head that ends with the same bytes.

const body = Buffer.from([0xa2, 0x06, 0x00]);
const answer = Buffer.concat([
  Buffer.from(
    "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n" +
      `date: Tue, 24 Nov 2026 12:00:00 GMT\r\nconnection: keep-alive\r\ncontent-length: ${String(body.length)}\r\n\r\n`,
  ),
  body,
]);

const server = net.createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", () => {
    socket.write(answer); // a request of the bench fits into one packet
  });
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") process.stdout.write(`${String(address.port)}\n`);
});
process.on("disconnect", () => {
  process.exit();
});
