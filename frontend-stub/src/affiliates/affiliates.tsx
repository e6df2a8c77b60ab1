import "./affiliates.css";
import { useAccess, useMay } from "../shell/access";
import type { SectionProps } from "../shell/sections";
import { TreePage } from "./tree-page";

/** #/p/<slug>/affiliates and #/p/<slug>/affiliates/<id>[/<view>]. An affiliate starts at its own. */
export default function Affiliates({ program, query }: SectionProps) {
  useMay("READ");
  useAccess();
  return <TreePage program={program} query={query} />;
}
