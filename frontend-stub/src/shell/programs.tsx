import type { ProgramCardFragment } from "../generated/operations";
import { Instant } from "../parts/instant";
import { PageTitle } from "../parts/page-title";
import { Empty } from "../parts/states";
import { codeWords } from "../parts/status";
import { programHref } from "../routing";
import { useAccess } from "./access";

export type ProgramCard = ProgramCardFragment;

export function Programs({ programs }: { programs: readonly ProgramCard[] }) {
  const access = useAccess();
  const platform = access.kind === "API_KEY" && access.operator;
  return (
    <>
      <PageTitle title="Programs" />
      {platform && (
        <p className="hint muted">
          To see inside a program, sign in with one of its own keys: this key belongs to the
          platform.
        </p>
      )}
      {programs.length === 0 ? (
        <NoPrograms />
      ) : (
        <ul className="cards programs">
          {programs.map((program) => (
            <li key={program.id} className="card">
              <h2>
                {platform ? (
                  program.name
                ) : (
                  <a className="cover" href={programHref(program.slug)}>
                    {program.name}
                  </a>
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
