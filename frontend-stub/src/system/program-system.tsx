import { PageTitle } from "../parts/page-title";
import type { SectionProps } from "../shell/sections";
import { Parts } from "./parts";
import { PauseProgram } from "./pause-program";

/** #/p/<slug>/system: what an admin sees of the platform, and the program's own switch. */
export default function ProgramSystem({ program }: SectionProps) {
  return (
    <>
      <PageTitle title="System">
        <span className="actions">
          <PauseProgram program={program} />
        </span>
      </PageTitle>
      <Parts />
    </>
  );
}
