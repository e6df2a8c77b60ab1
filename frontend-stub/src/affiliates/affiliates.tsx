import "./affiliate.css";
import "./affiliates.css";
import { useEffect } from "react";
import { affiliateHref, replacePlace } from "../routing";
import { useAccess, useMay } from "../shell/access";
import type { SectionProps } from "../shell/sections";
import { AffiliatePage } from "./affiliate-page";
import { JoinPage } from "./join";
import { TreePage } from "./tree-page";
import { viewNamed } from "./views";

/** #/p/<slug>/affiliates and #/p/<slug>/affiliates/<id>[/<view>]. An affiliate starts at its own. */
export default function Affiliates({ program, rest: [id, view], query }: SectionProps) {
  const reads = useMay("READ");
  const { affiliateId, wallet } = useAccess();
  if (id !== undefined) {
    const shown = viewNamed(view);
    return <AffiliatePage key={id} program={program} id={id} view={shown} query={query} />;
  }
  if (reads) return <TreePage program={program} query={query} />;
  if (affiliateId !== null) return <Own slug={program.slug} id={affiliateId} />;
  if (wallet === null) return null;
  return <JoinPage program={program} wallet={wallet} parent={query.get("ref") ?? ""} />;
}

function Own({ slug, id }: { slug: string; id: string }) {
  useEffect(() => replacePlace(affiliateHref(slug, id)), [slug, id]);
  return null;
}
