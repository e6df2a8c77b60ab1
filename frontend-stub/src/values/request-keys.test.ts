import { expect, test } from "vitest";
import { answered, keyOf } from "./request-keys";

test("the same content has the same key until the server has answered", () => {
  const key = keyOf("withdraw", "1.50", "0xaa");
  expect(keyOf("withdraw", "1.50", "0xaa")).toBe(key);
  expect(keyOf("withdraw", "1.51", "0xaa")).not.toBe(key);
  answered(key);
  expect(keyOf("withdraw", "1.50", "0xaa")).not.toBe(key);
});

test("content is not glued together", () => {
  expect(keyOf("withdraw", "1", "2")).not.toBe(keyOf("withdraw", "12", ""));
});
