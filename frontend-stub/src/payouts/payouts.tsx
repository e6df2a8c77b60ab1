import type { SectionProps } from "../shell/sections";
import { BatchPage } from "./batch-page";
import { BatchesPage } from "./batches-page";
import "./payouts.css";

/** #/p/<slug>/payouts and #/p/<slug>/payouts/<id>. */
export default function Payouts({ program, rest: [id], query }: SectionProps) {
  if (id !== undefined) return <BatchPage key={id} program={program} id={id} />;
  return <BatchesPage program={program} query={query} />;
}
