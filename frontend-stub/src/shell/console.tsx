import { useEffect, useMemo } from "react";
import { SessionDocument, type SessionQuery } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { Absent } from "../parts/absent";
import { Broken } from "../parts/broken";
import { PageTitle } from "../parts/page-title";
import { offsetOf, ProgramClock } from "../parts/program-clock";
import { Empty, Failed, Loading } from "../parts/states";
import { type Place, programHref, programOf, replacePlace, systemHref, usePlace } from "../routing";
import { type Access, AccessProvider, accessOf, may, useAccess } from "./access";
import { Chunk, Opened } from "./chunk";
import { Header } from "./header";
import { PauseNotice } from "./pause-notice";
import { type ProgramCard, Programs } from "./programs";
import { type Section, sections, startOf } from "./sections";
import { useProgram } from "./use-program";
import { useProgramEvents } from "./use-program-events";

const platformSystem = new Chunk(() => import("../system/platform-system"));

/** How soon a new role or a new program shows on an open page; a pause does at once. */
const refreshMs = 30_000;

/** The signed-in page: who that is, which programs it sees, and the place among them. */
export function Console() {
  const { data, failure, again: refresh } = useAnswer(SessionDocument, {});
  useEffect(() => {
    const timer = setInterval(refresh, refreshMs);
    return () => clearInterval(timer);
  }, [refresh]);
  const place = usePlace();
  const programs = data?.programs?.nodes;
  const slug = programOf(place);
  const { program, looking } = useProgram(slug, programs);
  const access = useMemo(() => accessOf(data?.viewer, program), [data?.viewer, program]);
  useOwnProgram(place, data);
  useProgramEvents(may(access, "READ") ? program?.slug : undefined, refresh);
  const offset = useMemo(() => offsetOf(program), [program]);
  return (
    <AccessProvider value={access}>
      <ProgramClock value={offset}>
        <button type="button" className="skip" onClick={focusMain}>
          Skip to content
        </button>
        <Header
          place={place}
          program={program}
          programs={programs ?? []}
          viewer={data?.viewer ?? null}
        />
        <main id="main" tabIndex={-1}>
          {program?.pause && <PauseNotice pause={program.pause} />}
          {failure && !programs && <Failed failure={failure} retry={refresh} />}
          {!failure && !programs && <Loading what="programs" />}
          <Broken at={place.path.join("/")}>
            {programs && looking && <Loading what="the program" />}
            {programs && !looking && (
              <Page
                place={place}
                programs={programs}
                viewer={data?.viewer ?? null}
                program={program}
                access={access}
              />
            )}
          </Broken>
        </main>
      </ProgramClock>
    </AccessProvider>
  );
}

interface PageProps {
  readonly place: Place;
  readonly programs: readonly ProgramCard[];
  readonly viewer: SessionQuery["viewer"];
  readonly program: ProgramCard | undefined;
  readonly access: Access;
}

function Page({ place, programs, viewer, program, access }: PageProps) {
  const [area, , path = "", ...rest] = place.path;
  if (area === undefined) return <Programs programs={programs} viewer={viewer} />;
  if (area === "system" && access.operator) {
    return <Opened chunk={platformSystem} props={{ programs }} />;
  }
  const section = sections.find((each) => each.path === path);
  if (area !== "p" || !program || !section) return <Nowhere />;
  const first = startOf(access, program);
  if (path === "" && first && first !== section) {
    return <Elsewhere address={programHref(program.slug, first.path)} />;
  }
  if (!section.shownTo(access, program)) {
    return <NotForYou name={section.name} program={program} start={first} />;
  }
  const props = { program, rest, query: place.query };
  return <Opened key={`${program.id} ${path}`} chunk={section.page} props={props} />;
}

/** A program opens at the first page that is for this person. */
function Elsewhere({ address }: { address: string }) {
  useEffect(() => replacePlace(address), [address]);
  return null;
}

export function Nowhere() {
  return (
    <Absent title="There is nothing here">
      <p>
        The address is not known, or you may not see what it shows. <a href="#/">Start over</a>
      </p>
    </Absent>
  );
}

interface NotForYouProps {
  readonly name: string;
  readonly program: ProgramCard;
  /** What is open there to this person. */
  readonly start: Section | undefined;
}

function NotForYou({ name, program, start }: NotForYouProps) {
  const { operator } = useAccess();
  return (
    <>
      <PageTitle title={name} />
      <Empty title={`${name} is not open to you in ${program.name}`}>
        <p>
          Switch to somebody with another role in the account menu, or ask an admin of the program.
        </p>
        <p>
          {start ? (
            <a href={programHref(program.slug, start.path)}>Go to {start.name}</a>
          ) : (
            <a href={operator ? systemHref : "#/"}>{operator ? "Go to System" : "All programs"}</a>
          )}
        </p>
      </Empty>
    </>
  );
}

/** Who has a part in one program, or sees no other one, starts there. */
function useOwnProgram(place: Place, session: SessionQuery | undefined): void {
  const own = session && ownProgram(session);
  const atStart = place.path.length === 0;
  useEffect(() => {
    if (atStart && own) replacePlace(programHref(own));
  }, [atStart, own]);
}

function ownProgram({ viewer, programs }: SessionQuery): string | undefined {
  const { operator } = accessOf(viewer, undefined);
  const seen = programs?.nodes ?? [];
  const parts = viewer?.memberships.nodes.map(({ program }) => program.id) ?? [];
  const own = parts.length > 0 ? seen.filter(({ id }) => parts.includes(id)) : seen;
  return !operator && own.length === 1 ? own[0]?.slug : undefined;
}

/** A link would change the hash, which is the place. */
function focusMain(): void {
  document.getElementById("main")?.focus();
}
