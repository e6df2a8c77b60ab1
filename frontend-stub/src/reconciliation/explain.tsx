import { type FormEvent, useId, useState } from "react";
import { useMutation } from "urql";
import {
  type DiscrepancyExplanation,
  ReconciliationResolveDocument,
} from "../generated/operations";
import { useCurrencies } from "../live/currencies";
import { useMay } from "../shell/access";
import { refusalOf } from "../values/outcome";
import type { Discrepancy } from "./discrepancy-page";
import { explanationsOf, explanationWords } from "./explanations";

interface Props {
  readonly slug: string;
  readonly discrepancy: Discrepancy;
  readonly done: () => void;
}

/** A person's word on it: what was typed stays where the server refuses. */
export function Explain({ slug, discrepancy, done }: Props) {
  const options = explanationsOf(discrepancy.kind);
  const [chosen, choose] = useState<DiscrepancyExplanation | undefined>(
    options.length === 1 ? options[0] : undefined,
  );
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [, resolve] = useMutation(ReconciliationResolveDocument);
  const ids = useId();
  if (!useMay("MANAGE_PROGRAM")) {
    return <p className="muted">An admin of the program explains it.</p>;
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    if (!chosen) return setRefusal("Choose what it was.");
    if (!text("note")) return setRefusal("Note: say in a few words how you know.");
    if (text("fee") && !/^\d+(\.\d+)?$/.test(text("fee"))) {
      return setRefusal("Fee: digits, with a point for decimals.");
    }
    const providerFee = text("fee") ? { amount: text("fee"), currency: text("currency") } : null;
    setBusy(true);
    const { data, error } = await resolve({
      id: discrepancy.id,
      explanation: chosen,
      note: text("note"),
      providerFee,
    });
    setBusy(false);
    const problem = refusalOf(error, data?.resolveDiscrepancy);
    setRefusal(problem);
    if (problem === null) done();
  };
  return (
    <section aria-labelledby="explain">
      <h2 id="explain">Explain it</h2>
      <form className="card explain" onSubmit={submit} noValidate>
        <fieldset>
          <legend>What it was</legend>
          {options.map((option) => (
            <label key={option} htmlFor={ids + option} className="option">
              <input
                id={ids + option}
                type="radio"
                name="explanation"
                value={option}
                checked={chosen === option}
                onChange={() => choose(option)}
              />
              <span>
                {explanationWords[option].title}
                <span className="second">{explanationWords[option].posts}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {chosen === "FROM_PROVIDER" && <ProviderFee slug={slug} id={`${ids}fee`} />}
        <label htmlFor={`${ids}note`}>Note</label>
        <textarea
          id={`${ids}note`}
          name="note"
          rows={3}
          maxLength={500}
          aria-describedby={`${ids}hint`}
          aria-invalid={refusal !== null}
        />
        <p id={`${ids}hint`} className="muted small-text">
          How you know, and where that is written down. It goes to the audit log with your name, and
          cannot be changed.
        </p>
        <p className="problem" role="alert">
          {refusal}
        </p>
        <p>
          <button type="submit" className="primary" disabled={busy}>
            {busy ? "Working…" : "Explain and close"}
          </button>
        </p>
      </form>
    </section>
  );
}

function ProviderFee({ slug, id }: { slug: string; id: string }) {
  const currencies = useCurrencies(slug);
  return (
    <>
      <label htmlFor={id}>What the provider kept, if anything</label>
      <span className="fee">
        <input id={id} name="fee" inputMode="decimal" autoComplete="off" />
        <select name="currency" aria-label="Currency of the fee">
          {currencies.map(({ code }) => (
            <option key={code}>{code}</option>
          ))}
        </select>
      </span>
    </>
  );
}
