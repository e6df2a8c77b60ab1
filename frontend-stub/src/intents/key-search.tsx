import { useEffect } from "react";
import { IntentByKeyDocument } from "../generated/operations";
import { useAnswer } from "../live/answer";
import { Empty, Failed, Loading } from "../parts/states";
import { changeQuery, intentHref, replacePlace } from "../routing";
import type { ProgramCard } from "../shell/programs";

interface Props {
  readonly program: ProgramCard;
  readonly idempotencyKey: string;
}

/** A key stands for one intent, for ever: what is found is opened. */
export function KeySearch({ program, idempotencyKey }: Props) {
  const asked = { programId: program.id, key: idempotencyKey };
  const { data, failure, fetching, again } = useAnswer(IntentByKeyDocument, asked, {
    policy: "network-only",
  });
  const found = data?.intent?.id;
  useEffect(() => {
    if (found) replacePlace(intentHref(program.slug, found));
  }, [found, program.slug]);
  if (failure && !data) return <Failed failure={failure} retry={again} />;
  if (!data || found || fetching) return <Loading what="the intent" />;
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
