import { expect, it } from "vitest";
import { waitWords } from "./words";

it("says of what it waits for no other state than the batch has", () => {
  expect(waitWords("EXECUTING", "APPROVED")).toBe("Approved");
  expect(waitWords("EXECUTING", "EXECUTING")).toBe("Executing");
  expect(waitWords("PROGRAM_PAUSED", "APPROVED")).toBe("Program paused");
});
