import { useQuery } from "urql";
import { VisitedProgramDocument } from "../generated/operations";
import type { ProgramCard } from "./programs";

/** The program of the address. Where registration is open, a wallet that is nobody there yet sees it by its address. */
export function useProgram(
  slug: string | undefined,
  listed: readonly ProgramCard[] | undefined,
): { readonly program: ProgramCard | undefined; readonly looking: boolean } {
  const known = listed?.find((each) => each.slug === slug);
  const [{ data, fetching }] = useQuery({
    query: VisitedProgramDocument,
    variables: { slug: slug ?? "" },
    pause: slug === undefined || listed === undefined || known !== undefined,
  });
  const visited = data?.program?.slug === slug ? data?.program : undefined;
  return { program: known ?? visited ?? undefined, looking: fetching };
}
