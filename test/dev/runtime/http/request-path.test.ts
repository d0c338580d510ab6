import { expect, test } from "@jest/globals";
import { addressOfPath, requestTarget } from "../../../../dev/runtime/http/request-path.js";

test.each([
  ["/a/b/c", ["a", "b", "c"]],
  ["/a/b/c/d/", ["a", "b", "c/d/"]],
  ["/a.b/c-d/%2F%25", ["a.b", "c-d", "/%"]],
  ["/a/b//", ["a", "b", "/"]],
  ["/%C3%A9/b/c", ["é", "b", "c"]],
])("%s names an address", (path, [namespace, name, id]) => {
  expect(addressOfPath(path)).toEqual({ namespace, name, id });
});

test.each([
  ["", "has fewer than three parts"],
  ["/", "has fewer than three parts"],
  ["/a", "has fewer than three parts"],
  ["/a/b", "has fewer than three parts"],
  ["a/b/c", "has fewer than three parts"],
  ["/a/b/", "has an empty part"],
  ["//b/c", "has an empty part"],
  ["/a//c", "has an empty part"],
  ["/a%2Fb/c/d", "has a slash within the function's namespace or name"],
  ["/a/b/%", "has a percent sign that is not followed by"],
  ["/a/b/%C3", "has a percent sign that is not followed by"],
])("%j names none", (path, why) => {
  expect(addressOfPath(path)).toEqual(expect.stringContaining(why));
});

test("the query begins at the first question mark", () => {
  expect(requestTarget("/a?b=c?d")).toEqual({ path: "/a", query: "b=c?d" });
  expect(requestTarget("/a")).toEqual({ path: "/a", query: "" });
});
