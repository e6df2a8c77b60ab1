import { expect, it } from "vitest";
import { announcement } from "./discovery";

const provider = { request: async () => null };

it("reads an announcement", () => {
  const info = { uuid: "1", name: " MetaMask ", rdns: "io.metamask", icon: "data:," };
  expect(announcement({ info, provider })).toEqual({ id: "1", name: "MetaMask", provider });
});

it.each([
  null,
  "wallet",
  { info: { uuid: "1", name: "No provider" } },
  { info: { uuid: "1", name: "No request" }, provider: {} },
  { info: { uuid: 1, name: "No id" }, provider },
  { info: null, provider },
])("leaves alone what is none: %o", (detail) => {
  expect(announcement(detail)).toBeNull();
});
