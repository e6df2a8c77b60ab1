import type { ProgramCardFragment, SessionQuery } from "../generated/operations";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { Empty } from "../parts/states";
import { codeWords } from "../parts/status";
import { programHref } from "../routing";
import { accessOf, useAccess } from "./access";
import { startOf } from "./sections";

export type ProgramCard = ProgramCardFragment;

interface Props {
  readonly programs: readonly ProgramCard[];
  readonly viewer: SessionQuery["viewer"];
}

export function Programs({ programs, viewer }: Props) {
  const isOpen = (program: ProgramCard) =>
    startOf(accessOf(viewer, program), program) !== undefined;
  return (
    <>
      <PageTitle title="Programs" />
      {!programs.every(isOpen) && (
        <p className="hint muted">
          To see inside a program, sign in as one of its people or with one of its own keys: you
          belong to the platform.
        </p>
      )}
      {programs.length === 0 ? (
        <NoPrograms />
      ) : (
        <ul className="cards programs">
          {programs.map((program) => (
            <li key={program.id} className="card">
              <h2>
                {isOpen(program) ? (
                  <a className="cover" href={programHref(program.slug)}>
                    {program.name}
                  </a>
                ) : (
                  program.name
                )}
              </h2>
              <p className="muted">
                <code>{program.slug}</code> · chain {program.chainId}
              </p>
              <p className="tags">
                <span className={`tag ${program.status.toLowerCase()}`}>
                  {codeWords(program.status)}
                </span>
                {program.test && <span className="tag">Test</span>}
                <span className="muted small-text">
                  created <Instant at={program.createdAt} />
                </span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What to do depends on who looks: only the platform makes programs. */
function NoPrograms() {
  const { operator, wallet } = useAccess();
  if (!operator && wallet !== null) {
    return (
      <Empty title="This wallet is nobody in any program yet">
        <p>
          Open the referral link that somebody gave you, ask an admin to give{" "}
          <code className="break">{wallet}</code> a role, or switch to another wallet in the account
          menu.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No programs yet">
      <p>
        Create one with <code>sge program create</code>, or the mutation <code>createProgram</code>.
      </p>
    </Empty>
  );
}
