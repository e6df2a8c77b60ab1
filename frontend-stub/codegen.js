// Types of every operation in src/**/*.graphql, made from the project's SDL.
// With --check it writes nothing and fails when the committed file differs.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { codegen } from "@graphql-codegen/core";
import * as documentNodes from "@graphql-codegen/typed-document-node";
import * as operationTypes from "@graphql-codegen/typescript-operations";
import { parse, Source } from "graphql";

const sdl = new URL("../schema/schema.graphql", import.meta.url);
const sources = new URL("src/", import.meta.url);
const target = new URL("src/generated/operations.ts", import.meta.url);

// Exact numbers stay strings: a JavaScript number would round them.
const scalars = {
  Address: "string",
  BigInt: "string",
  DateTime: "string",
  Decimal: "string",
  Hex: "string",
  ID: "string",
  JSON: "unknown",
};

const documents = readdirSync(sources, { recursive: true })
  .filter((name) => name.endsWith(".graphql"))
  .sort()
  .map((name) => ({
    location: path.basename(name),
    document: parse(new Source(readFileSync(new URL(name, sources), "utf8"), name)),
  }));

const generated = await codegen({
  filename: target.pathname,
  schema: parse(readFileSync(sdl, "utf8")),
  documents,
  config: { scalars, strictScalars: true, useTypeImports: true, skipTypename: true },
  pluginMap: { operationTypes, documentNodes },
  plugins: [{ operationTypes: {} }, { documentNodes: {} }],
});

if (!process.argv.includes("--check")) {
  writeFileSync(target, generated);
} else if (readFileSync(target, "utf8") !== generated) {
  console.error("frontend-stub/src/generated/operations.ts differs from the SDL: make codegen");
  process.exitCode = 1;
}
