import { Actor } from "../parts/actor";
import { Instant } from "../parts/instant";
import { codeWords } from "../parts/status";
import { useAccess } from "../shell/access";
import type { ProgramCard } from "../shell/programs";
import { PauseProgram } from "./pause-program";

/** Every program with its switch. */
export function ProgramSwitches({ programs }: { programs: readonly ProgramCard[] }) {
  const { kind } = useAccess();
  return (
    <section className="card program-switches" aria-labelledby="programs">
      <h2 id="programs">Programs</h2>
      {kind === "API_KEY" && (
        <p className="muted">
          A key of the platform pauses no program: sign in with an operator's wallet to do so.
        </p>
      )}
      {programs.length === 0 && <p className="muted">There is none yet.</p>}
      <ul className="parts">
        {programs.map((program) => (
          <li key={program.id}>
            <span>
              {program.name}{" "}
              <span className={`tag ${program.status.toLowerCase()}`}>
                {codeWords(program.status)}
              </span>
            </span>
            <PauseProgram program={program} />
            <span className="second break">
              <code>{program.slug}</code> · chain {program.chainId}
              {program.pause && (
                <>
                  {" "}
                  · paused <Instant at={program.pause.since} /> by{" "}
                  <Actor actor={program.pause.by} />: {program.pause.reason}
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
