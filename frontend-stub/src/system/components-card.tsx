import { useId } from "react";
import { significant } from "../values/number";
import { HealthMark } from "./health-mark";
import { type Group, nameOf } from "./words";

/** Parts that belong together, each with its figure. */
export function ComponentsCard({ group: { title, components } }: { group: Group }) {
  const heading = useId();
  return (
    <section className="card" aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      <ul className="parts">
        {components.map(({ name, health, detail, latencyMs }) => (
          <li key={name}>
            <span>{nameOf(name)}</span>
            <HealthMark health={health} />
            <span className="second break">
              {detail}
              {latencyMs !== null && ` · ${significant(latencyMs)} ms`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
