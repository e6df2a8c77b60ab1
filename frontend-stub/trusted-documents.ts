import { createHash } from "node:crypto";
import { formatDocument, stringifyDocument } from "@urql/core";
import { type DocumentNode, Kind } from "graphql";
import type { Plugin } from "vite";
import * as operations from "./src/generated/operations";

/** Registers with the server the texts that this page sends, so that it may refuse all others. */
export const trustedDocuments: Plugin = {
  name: "trusted-documents",
  apply: "build",
  generateBundle() {
    const fileName = "trusted-documents.json";
    this.emitFile({ type: "asset", fileName, source: `${JSON.stringify(manifest(), null, 1)}\n` });
  },
};

/** Each operation as it is written, and with the __typename that urql's cache adds. */
function manifest(): Record<string, string> {
  const exported = Object.values<unknown>(operations) as readonly DocumentNode[];
  const texts = exported
    .filter(isExecutable)
    .flatMap((document) => [
      stringifyDocument(document),
      stringifyDocument(formatDocument(document) as DocumentNode),
    ]);
  return Object.fromEntries(texts.map((text) => [sha256(text), text]));
}

/** Fragments stand within the operations that use them. */
function isExecutable(document: DocumentNode): boolean {
  return document.definitions.some((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
