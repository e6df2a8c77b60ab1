import { Person } from "./person";

/** Who did something: "wallet:0x…", "api_key:sge_…", "job:watch_chain", "program". */
export function Actor({ actor }: { actor: string }) {
  const [kind = "", ...rest] = actor.split(":");
  const name = rest.join(":");
  if (kind === "wallet") return <Person wallet={name} />;
  if (kind === "api_key") return <span className="break">API key {name}</span>;
  if (kind === "job") return <span title={actor}>{jobWords[name] ?? "The system"}</span>;
  return <span className="break">{actor === "program" ? "The program" : actor}</span>;
}

const jobWords: Readonly<Record<string, string>> = {
  pay_day: "The daily run",
  reconcile: "Reconciliation",
  settle_intents: "The settlement",
  watch_chain: "The chain's watcher",
};
