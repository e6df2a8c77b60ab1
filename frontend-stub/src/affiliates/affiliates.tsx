import "./affiliates.css";
import { useEffect } from "react";
import { affiliateHref, replacePlace } from "../routing";
import { useAccess, useMay } from "../shell/access";
import type { SectionProps } from "../shell/sections";
import { AffiliatePage } from "./affiliate-page";
import { TreePage } from "./tree-page";

/** #/p/<slug>/affiliates and #/p/<slug>/affiliates/<id>. An affiliate starts at its own. */
export default function Affiliates({ program, rest: [id], query }: SectionProps) {
  const reads = useMay("READ");
  const { affiliateId } = useAccess();
  if (id !== undefined) return <AffiliatePage key={id} program={program} id={id} query={query} />;
  if (!reads && affiliateId !== null) return <Own slug={program.slug} id={affiliateId} />;
  return <TreePage program={program} query={query} />;
}

function Own({ slug, id }: { slug: string; id: string }) {
  useEffect(() => replacePlace(affiliateHref(slug, id)), [slug, id]);
  return null;
}
