import { useMay } from "../shell/access";
import type { SectionProps } from "../shell/sections";
import { IntentPage } from "./intent-page";
import { IntentsPage } from "./intents-page";
import { OwnPage } from "./own-page";

/** #/p/<slug>/intents and #/p/<slug>/intents/<id>. A customer sees its own. */
export default function Intents({ program, rest: [id], query }: SectionProps) {
  const reads = useMay("READ");
  if (id !== undefined) return <IntentPage key={id} program={program} id={id} />;
  if (!reads) return <OwnPage program={program} query={query} />;
  return <IntentsPage program={program} query={query} />;
}
