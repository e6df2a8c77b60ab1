import { useEffect, useRef } from "react";
import { AccountMenu } from "../account/account-menu";
import type { SessionQuery } from "../generated/operations";
import mark from "../mark.svg";
import { LinkMark } from "../parts/link-mark";
import { type Place, programHref } from "../routing";
import { accessOf, useAccess } from "./access";
import { PlatformTabs } from "./platform-tabs";
import type { ProgramCard } from "./programs";
import { sections } from "./sections";
import { TestTag } from "./test-clock";

interface Props {
  readonly place: Place;
  readonly program: ProgramCard | undefined;
  readonly programs: readonly ProgramCard[];
  readonly viewer: SessionQuery["viewer"];
}

export function Header({ place, program, programs, viewer }: Props) {
  const { operator } = useAccess();
  const section = place.path[2] ?? "";
  return (
    <header className="top">
      <div className="top-row">
        <a className="brand" href="#/">
          <img src={mark} alt="All programs" width={28} height={28} />
        </a>
        {!program && <strong>SGE</strong>}
        {program && operator && (
          <a className="way-back" href="#/">
            Programs
          </a>
        )}
        {program && (
          <ProgramName program={program} programs={programs} viewer={viewer} section={section} />
        )}
        <LinkMark />
        <AccountMenu viewer={viewer} programs={programs} />
      </div>
      {program && <Tabs section={section} program={program} />}
      {!program && operator && <PlatformTabs area={place.path[0]} />}
      {!program && !operator && (viewer === null || place.path[0] === "p") && (
        <div className="tabs" />
      )}
    </header>
  );
}

interface ProgramNameProps {
  readonly program: ProgramCard;
  readonly programs: readonly ProgramCard[];
  readonly viewer: SessionQuery["viewer"];
  readonly section: string;
}

/** Its name; the way to the others where there are others. */
function ProgramName({ program, programs, viewer, section }: ProgramNameProps) {
  /** The same section, where it is open to this person there. */
  const choose = (slug: string) => {
    const next = programs.find((each) => each.slug === slug);
    const same = sections.find(({ path }) => path === section);
    const open = next && same?.shownTo(accessOf(viewer, next), next);
    window.location.hash = programHref(slug, open ? section : "");
  };
  return (
    <div className="program-name">
      {programs.length < 2 ? (
        <strong>{program.name}</strong>
      ) : (
        <select
          aria-label="Program"
          value={program.slug}
          onChange={(event) => choose(event.target.value)}
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

function Tabs({ section, program }: { section: string; program: ProgramCard }) {
  const access = useAccess();
  const open = sections.filter(({ shownTo }) => shownTo(access, program));
  const tabs = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another section has another current tab
  useEffect(() => {
    const shown = tabs.current;
    if (!shown) return;
    // Called at once, and when the window gets narrower.
    const watch = new ResizeObserver(() => showCurrent(shown));
    watch.observe(shown);
    return () => watch.disconnect();
  }, [section, open.length]);
  return (
    <nav ref={tabs} className="tabs" aria-label="Pages">
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

/** On a narrow screen the tabs scroll: the one that is open is to be seen. */
function showCurrent(tabs: HTMLElement): void {
  const current = tabs.querySelector<HTMLElement>("[aria-current]");
  if (!current) return;
  const before = current.getBoundingClientRect().left - tabs.getBoundingClientRect().left;
  tabs.scrollLeft += before - (tabs.clientWidth - current.clientWidth) / 2;
}
