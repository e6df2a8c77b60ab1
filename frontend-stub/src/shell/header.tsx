import mark from "../mark.svg";
import { LinkMark } from "../parts/link-mark";
import { intentsHref, overviewHref, type Route } from "../routing";
import type { ProgramCard } from "./programs";

interface Props {
  readonly route: Route;
  readonly program: ProgramCard | undefined;
  readonly several: boolean;
  readonly keyName: string | undefined;
  readonly signOut: () => void;
}

export function Header({ route, program, several, keyName, signOut }: Props) {
  return (
    <header className="top">
      <div className="top-row">
        <a className="brand" href="#/">
          <img src={mark} alt="SGE" width={28} height={28} />
        </a>
        {program && (
          <div className="program-name">
            <strong>{program.name}</strong>
            {program.test && <span className="tag">Test</span>}
          </div>
        )}
        <LinkMark />
        <div className="who">
          {keyName && <span className="muted small-text key-name">{keyName}</span>}
          <button type="button" className="quiet" onClick={signOut}>
            Sign out
          </button>
        </div>
      </div>
      {program && <Tabs route={route} slug={program.slug} several={several} />}
    </header>
  );
}

interface TabsProps {
  readonly route: Route;
  readonly slug: string;
  readonly several: boolean;
}

function Tabs({ route, slug, several }: TabsProps) {
  const onIntents = route.page === "intents" || route.page === "intent";
  return (
    <nav className="tabs" aria-label="Program">
      <a href={overviewHref(slug)} aria-current={route.page === "overview" ? "page" : undefined}>
        Overview
      </a>
      <a href={intentsHref(slug)} aria-current={onIntents ? "page" : undefined}>
        Intents
      </a>
      {several && (
        <a className="aside" href="#/">
          All programs
        </a>
      )}
    </nav>
  );
}
