import { useEffect } from "react";
import { useQuery } from "urql";
import { IntentByKeyDocument } from "../generated/operations";
import { Empty, Failed, Loading } from "../parts/states";
import { changeQuery, intentHref, replacePlace } from "../routing";
import type { ProgramCard } from "../shell/programs";
import { failureOf } from "../values/failure";

interface Props {
  readonly program: ProgramCard;
  readonly idempotencyKey: string;
}

/** A key stands for one intent, for ever: what is found is opened. */
export function KeySearch({ program, idempotencyKey }: Props) {
  const [{ data, error }, again] = useQuery({
    query: IntentByKeyDocument,
    variables: { programId: program.id, key: idempotencyKey },
    requestPolicy: "network-only",
  });
  const found = data?.intent?.id;
  useEffect(() => {
    if (found) replacePlace(intentHref(program.slug, found));
  }, [found, program.slug]);
  if (error && !data) return <Failed failure={failureOf(error)} retry={again} />;
  if (!data || found) return <Loading what="the intent" />;
  return (
    <Empty title="No intent has this idempotency key">
      <p>
        A key is compared letter by letter. Ids start with int_; wallets and transactions with 0x.
      </p>
      <p>
        <button type="button" onClick={() => changeQuery({ key: null })}>
          Show the list
        </button>
      </p>
    </Empty>
  );
}
