import { useState } from "react";
import { Problem } from "../parts/problem";
import { programOf, usePlace } from "../routing";
import { type Demo, type DemoWallet, demoWallet, nameWithin } from "../wallets/demo-wallets";
import { shortAddress } from "../wallets/wallet";
import { lastProgram } from "./last-program";
import { logIn } from "./login";
import { byKind, goWhere, programsOf } from "./people";
import type { Attempt } from "./use-attempt";

interface Props {
  readonly demo: Demo;
  readonly attempt: Attempt;
}

/** In the demo, anybody: a click signs in with that person's test wallet. */
export function PeopleChooser({ demo, attempt }: Props) {
  const place = usePlace();
  const programs = programsOf(demo.wallets);
  const [first] = programs.keys();
  const [chosen, choose] = useState(programOf(place) ?? lastProgram());
  const slug = chosen !== undefined && programs.has(chosen) ? chosen : first;
  const people = demo.wallets.filter(({ program }) => !program || program.slug === slug);
  const { failed, begin } = attempt;
  const start = (person: DemoWallet) =>
    begin(wayOf(person), async () => {
      const token = await logIn(demoWallet(person), demo.chainId);
      goWhere(person, place);
      return { kind: "wallet", token };
    });
  return (
    <section className="people" aria-labelledby="people">
      <h2 id="people">Who do you want to be?</h2>
      <p className="muted">
        This is the demo: pick somebody, and the page signs in with that test wallet.
      </p>
      <fieldset className="choice">
        <legend className="hidden">Program</legend>
        {[...programs].map(([each, name]) => (
          <label key={each} className="chip">
            <input
              type="radio"
              name="program"
              checked={each === slug}
              onChange={() => choose(each)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {failed && demo.wallets.some((person) => wayOf(person) === failed.way) && (
        <Problem failure={failed.failure} again={failed.again} />
      )}
      <div className="kinds">
        {byKind(people).map((kind) => (
          <section key={kind.role} className="kind" aria-labelledby={`kind-${kind.role}`}>
            <h3 id={`kind-${kind.role}`}>{kind.title}</h3>
            <p className="muted small-text">{kind.sees}</p>
            <ul>
              {kind.people.map((person) => (
                <li key={person.address}>
                  <Person person={person} busy={attempt.busy === wayOf(person)} start={start} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}

interface PersonProps {
  readonly person: DemoWallet;
  readonly busy: boolean;
  readonly start: (person: DemoWallet) => void;
}

function Person({ person, busy, start }: PersonProps) {
  return (
    <button type="button" className="person" title={person.address} onClick={() => start(person)}>
      <strong>{nameWithin(person)}</strong>
      <span className="muted small-text">
        {busy ? "Signing in…" : (person.referralCode ?? shortAddress(person.address))}
      </span>
    </button>
  );
}

function wayOf({ address }: DemoWallet): string {
  return `person ${address}`;
}
