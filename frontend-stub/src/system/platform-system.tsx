import { PageTitle } from "../parts/page-title";
import type { ProgramCard } from "../shell/programs";
import { Parts } from "./parts";
import { ProgramSwitches } from "./program-switches";

/** #/system: the whole platform, for its operators. */
export default function PlatformSystem({ programs }: { programs: readonly ProgramCard[] }) {
  return (
    <>
      <PageTitle title="System" />
      <Parts />
      <ProgramSwitches programs={programs} />
    </>
  );
}
