import { type FormEvent, useState } from "react";
import { SessionDocument } from "../generated/operations";
import { visitor } from "../live/api";
import mark from "../mark.svg";
import type { Session } from "../session";
import { failureOf } from "../values/failure";

interface Props {
  readonly ended: string | null;
  readonly signIn: Session["signIn"];
}

export function SignIn({ ended, signIn }: Props) {
  const [problem, setProblem] = useState(ended);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    setBusy(true);
    const refusal = await refusalOf(key);
    setBusy(false);
    setProblem(refusal);
    if (refusal === null) signIn({ kind: "key", token: key });
  };
  return (
    <main className="sign-in">
      <title>Sign in · SGE</title>
      <img src={mark} alt="" width={44} height={44} />
      <h1>Settlement, live</h1>
      <p className="muted">Sign in with an API key of a program, or of the platform.</p>
      <form method="post" onSubmit={submit} noValidate>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          name="key"
          type="password"
          placeholder="sge_…"
          autoComplete="off"
          spellCheck={false}
          required
          aria-invalid={problem !== null}
          aria-describedby="key-problem key-hint"
        />
        <p id="key-problem" className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Checking…" : "Sign in"}
        </button>
        <p id="key-hint" className="muted small-text">
          The key stays in this tab and is forgotten when you close it.
        </p>
      </form>
    </main>
  );
}

/** Why this key is not let in; null when it is. */
async function refusalOf(key: string): Promise<string | null> {
  if (!/^[\x21-\x7e]+$/.test(key)) return "Enter the API key: letters, digits and “_”, no spaces.";
  const { data, error } = await visitor(key).query(SessionDocument, {}).toPromise();
  if (data?.viewer) return null;
  return error ? failureOf(error).message : "This API key is not valid, or no longer so.";
}
