import type { SectionProps } from "../shell/sections";
import { IntentPage } from "./intent-page";
import { IntentsPage } from "./intents-page";

/** #/p/<slug>/intents and #/p/<slug>/intents/<id>. */
export default function Intents({ program: { slug }, rest: [id], query }: SectionProps) {
  if (id !== undefined) return <IntentPage key={id} slug={slug} id={id} />;
  return <IntentsPage slug={slug} query={query} />;
}
