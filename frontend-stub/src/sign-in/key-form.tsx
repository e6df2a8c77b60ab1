import type { FormEvent } from "react";
import { Problem } from "../parts/problem";
import { checkKey } from "./login";
import type { Attempt } from "./use-attempt";

/** What somebody typed stays when it was refused. */
export function KeyForm({ attempt: { busy, failed, begin } }: { attempt: Attempt }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    begin("key", async () => {
      await checkKey(token);
      return { kind: "key", token };
    });
  };
  const refused = failed?.way === "key" ? failed : null;
  return (
    <form method="post" onSubmit={submit} noValidate>
      <label htmlFor="key">API key</label>
      <div className="key-row">
        <input
          id="key"
          name="key"
          type="password"
          placeholder="sge_…"
          autoComplete="off"
          spellCheck={false}
          required
          aria-invalid={refused !== null}
          aria-describedby="key-problem key-hint"
        />
        <button type="submit" className="primary" disabled={busy === "key"}>
          {busy === "key" ? "Checking…" : "Sign in"}
        </button>
      </div>
      {refused && <Problem id="key-problem" failure={refused.failure} again={refused.again} />}
      <p id="key-hint" className="muted small-text">
        Of a program, or of the platform. It stays in this tab and is forgotten when you close it.
      </p>
    </form>
  );
}
