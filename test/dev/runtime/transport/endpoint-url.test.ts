import { expect, test } from "@jest/globals";
import { asyncTarget, endpointUrl, okhttpTarget } from "../../../../dev/runtime/transport/endpoint-url.js";

test("the name of the function stands wherever the template asks for it, unescaped", () => {
  const url = endpointUrl("http://{function.name}.example/{function.name}?{function.name}", {
    namespace: "ns",
    name: "a%20b",
  });

  expect(url).toBe("http://a%20b.example/a%20b?a%20b");
});

test.each([
  ["http://h:8000/x", { host: "h", port: 8000 }, "h:8000", "/x", false],
  ["http://h", { host: "h", port: 80 }, "h", "/", false],
  ["https://h", { host: "h", port: 443 }, "h", "/", true],
  ["http://h:443/", { host: "h", port: 443 }, "h", "/", false],
  ["https://h:80/", { host: "h", port: 80 }, "h", "/", true],
  ["HTTPS://Host.Example:8443/", { host: "Host.Example", port: 8443 }, "Host.Example:8443", "/", true],
  ["http://user:secret@h:81/x", { host: "h", port: 81 }, "h:81", "/x", false],
  ["http://[::1]:8000/x", { host: "::1", port: 8000 }, "[::1]:8000", "/x", false],
  ["http://127.0.0.1/x?a=b%20c#d%2F", { host: "127.0.0.1", port: 80 }, "127.0.0.1", "/x?a=b c#d/", false],
  ["ftp://h/x", { host: "h", port: 80 }, "h", "/x", false],
  ["http://h/%E9", { host: "h", port: 80 }, "h", "/\ufffd", false],
])("async: %s", (text, to, hostHeader, requestTarget, isTls) => {
  expect(asyncTarget(text)).toEqual({ text, to, hostHeader, requestTarget, isTls });
});

test.each([
  ["localhost:8000/x", "no host"],
  ["/x", "no scheme"],
  ["http:///x", "no host"],
  ["http://my_host/x", "no underscore"],
  ["http://h:99999/x", "no port"],
  ["http://h/a b", '" " must be written as an escape'],
  ["http://h/{function.id}", '"{" must be written as an escape'],
  ["http://h/%4", '"%4" is no escape'],
  ["http://h/%0d%0aX: y", "must be written as an escape"],
  ["http://h/%0d%0aX:y", "control character"],
  ["http+unix:///run/f.sock/x", "okhttp"],
])("async: %s is refused", (text, why) => {
  expect(() => asyncTarget(text)).toThrow(expect.objectContaining({ code: "invalid-transport" }));
  expect(() => asyncTarget(text)).toThrow(why);
});

test.each([
  ["http://h:8000/x", { host: "h", port: 8000 }, "h:8000", "/x", false],
  ["http://h:443/", { host: "h", port: 443 }, "h:443", "/", false],
  ["https://user@H/a%2Fb/\u00e9?q=%26#f", { host: "h", port: 443 }, "h", "/a%2Fb/%C3%A9?q=%26", true],
  ["http://my_host/", { host: "my_host", port: 80 }, "my_host", "/", false],
  ["http://[::1]:8000/x", { host: "::1", port: 8000 }, "[::1]:8000", "/x", false],
  ["http+unix:///run/f.sock/statefun/x", { path: "/run/f.sock" }, "unused", "/%2Fstatefun%2Fx", false],
  ["https+unix:///a.sock.d/f.sock", { path: "/a.sock.d/f.sock" }, "unused", "/", false],
  ["http+unix:///a.sock/b.sock/c?q", { path: "/a.sock" }, "unused", "/%2Fb.sock%2Fc", false],
])("okhttp: %s", (text, to, hostHeader, requestTarget, isTls) => {
  expect(okhttpTarget(text)).toEqual({ text, to, hostHeader, requestTarget, isTls });
});

test.each([
  ["ftp://h/x", "must be http://"],
  ["http+unix:///run/socket/x", "ends in .sock"],
  ["http://h/a b", "must be written as an escape"],
  ["localhost:8000/x", "must be http://"],
])("okhttp: %s is refused", (text, why) => {
  expect(() => okhttpTarget(text)).toThrow(expect.objectContaining({ code: "invalid-transport" }));
  expect(() => okhttpTarget(text)).toThrow(why);
});
