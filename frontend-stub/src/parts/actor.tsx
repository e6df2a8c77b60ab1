import { Hash } from "./hash";

/** "wallet:0x…" is a person; a key is named by its prefix, a job by what runs. */
export function Actor({ actor }: { actor: string }) {
  const [kind = "", ...rest] = actor.split(":");
  const name = rest.join(":");
  if (kind === "wallet") return <Hash value={name} />;
  if (kind === "api_key") return <span className="break">API key {name}</span>;
  return <span className="break">{name || actor}</span>;
}
