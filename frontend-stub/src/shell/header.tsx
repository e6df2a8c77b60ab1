import mark from "../mark.svg";
import { Hash } from "../parts/hash";
import { LinkMark } from "../parts/link-mark";
import { type Place, programHref } from "../routing";
import { standing, useAccess } from "./access";
import type { ProgramCard } from "./programs";
import { sections } from "./sections";
import { TestTag } from "./test-clock";

interface Props {
  readonly place: Place;
  readonly program: ProgramCard | undefined;
  readonly programs: readonly ProgramCard[];
  readonly keyName: string | undefined;
  readonly signOut: () => void;
}

export function Header({ place, program, programs, keyName, signOut }: Props) {
  return (
    <header className="top">
      <div className="top-row">
        <a className="brand" href="#/">
          <img src={mark} alt="All programs" width={28} height={28} />
        </a>
        {!program && <strong>SGE</strong>}
        {program && <ProgramName program={program} programs={programs} />}
        <LinkMark />
        <Who keyName={keyName} />
        <button type="button" className="quiet sign-out" onClick={signOut}>
          Sign out
        </button>
      </div>
      {program && <Tabs section={place.path[2] ?? ""} program={program} />}
    </header>
  );
}

interface ProgramNameProps {
  readonly program: ProgramCard;
  readonly programs: readonly ProgramCard[];
}

/** Its name; the way to the others where there are others. */
function ProgramName({ program, programs }: ProgramNameProps) {
  return (
    <div className="program-name">
      {programs.length < 2 ? (
        <strong>{program.name}</strong>
      ) : (
        <select
          aria-label="Program"
          value={program.slug}
          onChange={(event) => {
            window.location.hash = programHref(event.target.value);
          }}
        >
          {programs.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </select>
      )}
      {program.test && <TestTag program={program} />}
    </div>
  );
}

/** Who am I, and what am I here. */
function Who({ keyName }: { keyName: string | undefined }) {
  const access = useAccess();
  return (
    <p className="who small-text">
      {access.wallet ? <Hash value={access.wallet} /> : <span>{keyName}</span>}
      <span className="muted">{standing(access)}</span>
    </p>
  );
}

function Tabs({ section, program }: { section: string; program: ProgramCard }) {
  const access = useAccess();
  const open = sections.filter(({ shownTo }) => shownTo(access, program));
  return (
    <nav className="tabs" aria-label="Pages">
      {open.map(({ path, name }) => (
        <a
          key={path}
          href={programHref(program.slug, path)}
          aria-current={path === section ? "page" : undefined}
        >
          {name}
        </a>
      ))}
    </nav>
  );
}
