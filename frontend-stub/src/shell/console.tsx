import { useEffect, useMemo } from "react";
import { useQuery } from "urql";
import { SessionDocument } from "../generated/operations";
import { IntentPage } from "../intents/intent-page";
import { IntentsPage } from "../intents/intents-page";
import { Overview } from "../overview/overview";
import { offsetOf, ProgramClock } from "../parts/program-clock";
import { Empty, Failed, Loading } from "../parts/states";
import { overviewHref, type Route, replaceRoute, useRoute } from "../routing";
import { failureOf } from "../values/failure";
import { Header } from "./header";
import { PauseNotice } from "./pause-notice";
import { type ProgramCard, Programs } from "./programs";
import { ScopesProvider, useScope } from "./scopes";

/** How soon a pause, or a new program, shows on an open page. */
const refreshMs = 30_000;

/** The signed-in page: which programs the key sees, and the route among them. */
export function Console({ signOut }: { signOut: () => void }) {
  const [{ data, error }, refetch] = useQuery({ query: SessionDocument });
  useEffect(() => {
    const timer = setInterval(() => refetch({ requestPolicy: "network-only" }), refreshMs);
    return () => clearInterval(timer);
  }, [refetch]);
  const route = useRoute();
  const programs = data?.programs?.nodes;
  const scopes = data?.viewer?.apiKey?.scopes ?? [];
  useOnlyProgram(route, programs, scopes.includes("PLATFORM"));
  const program = "slug" in route ? programs?.find(({ slug }) => slug === route.slug) : undefined;
  const offset = useMemo(() => offsetOf(program), [program]);
  return (
    <ScopesProvider value={scopes}>
      <button type="button" className="skip" onClick={focusMain}>
        Skip to content
      </button>
      <Header
        route={route}
        program={program}
        keyName={data?.viewer?.apiKey?.name}
        signOut={signOut}
      />
      <main id="main" tabIndex={-1}>
        {program?.pause && <PauseNotice pause={program.pause} />}
        {error && !programs && <Failed failure={failureOf(error)} retry={() => refetch()} />}
        {!error && !programs && <Loading what="programs" />}
        <ProgramClock value={offset}>
          {programs && <Page route={route} programs={programs} program={program} />}
        </ProgramClock>
      </main>
    </ScopesProvider>
  );
}

interface PageProps {
  readonly route: Route;
  readonly programs: readonly ProgramCard[];
  readonly program: ProgramCard | undefined;
}

function Page({ route, programs, program }: PageProps) {
  const platform = useScope("PLATFORM");
  if (route.page === "programs") return <Programs programs={programs} />;
  if (route.page === "unknown" || !program) {
    return (
      <Empty title="There is nothing here">
        <p>
          The address is not known, or this key may not see it. <a href="#/">Start over</a>
        </p>
      </Empty>
    );
  }
  if (platform) {
    return (
      <Empty title={`${program.name} is open to its own keys`}>
        <p>
          A platform key lists programs and makes their keys. <a href="#/">All programs</a>
        </p>
      </Empty>
    );
  }
  if (route.page === "overview") return <Overview key={program.id} program={program} />;
  if (route.page === "intents") return <IntentsPage key={program.id} route={route} />;
  return <IntentPage key={route.id} slug={route.slug} id={route.id} />;
}

/** A key of one program starts there. */
function useOnlyProgram(
  route: Route,
  programs: readonly ProgramCard[] | undefined,
  platform: boolean,
): void {
  const only = !platform && programs?.length === 1 ? programs[0]?.slug : undefined;
  useEffect(() => {
    if (route.page === "programs" && only) replaceRoute(overviewHref(only));
  }, [route.page, only]);
}

/** A link would change the hash, which is the route. */
function focusMain(): void {
  document.getElementById("main")?.focus();
}
