import { Hash } from "../parts/hash";
import { affiliateHref, batchHref, intentHref } from "../routing";

/** What a discrepancy is about; a link where that has a page. */
export function Subject({ slug, id }: { slug: string; id: string }) {
  const to = pageOf(slug, id);
  return to ? (
    <a href={to}>
      <Hash value={id} />
    </a>
  ) : (
    <code className="break">{id}</code>
  );
}

function pageOf(slug: string, id: string): string | null {
  if (id.startsWith("int_")) return intentHref(slug, id);
  if (id.startsWith("aff_")) return affiliateHref(slug, id);
  if (id.startsWith("bat_")) return batchHref(slug, id);
  return null;
}
