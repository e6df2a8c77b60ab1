import mark from "../mark.svg";
import { LinkMark } from "../parts/link-mark";
import { intentsHref, overviewHref, type Route } from "../routing";
import type { ProgramCard } from "./programs";

interface Props {
  readonly route: Route;
  readonly program: ProgramCard | undefined;
  readonly keyName: string | undefined;
  readonly signOut: () => void;
}

export function Header({ route, program, keyName, signOut }: Props) {
  return (
    <header className="top">
      <div className="top-row">
        <a className="brand" href="#/">
          <img src={mark} alt="All programs" width={28} height={28} />
        </a>
        {!program && <strong>SGE</strong>}
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
      {program && <Tabs route={route} slug={program.slug} />}
    </header>
  );
}

function Tabs({ route, slug }: { route: Route; slug: string }) {
  const onIntents = route.page === "intents" || route.page === "intent";
  return (
    <nav className="tabs" aria-label="Program">
      <a href={overviewHref(slug)} aria-current={route.page === "overview" ? "page" : undefined}>
        Overview
      </a>
      <a href={intentsHref(slug)} aria-current={onIntents ? "page" : undefined}>
        Intents
      </a>
    </nav>
  );
}
