import { useState } from "react";
import { useMutation } from "urql";
import { CreateExportDocument, type ExportKind } from "../generated/operations";
import { may, useAccess } from "../shell/access";
import { refusalOf } from "../values/outcome";

interface Props {
  readonly programId: string;
  readonly kind: ExportKind;
  /** As the kind's export takes it: what the page shows is what is exported. */
  readonly filter?: Record<string, unknown>;
  /** For what is no table. */
  readonly label?: string;
}

/** A file of what is filtered; its link is good once, so each click asks for a new one. */
export function ExportButton({ programId, kind, filter = {}, label = "Export CSV" }: Props) {
  const [, createExport] = useMutation(CreateExportDocument);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const access = useAccess();
  if (!may(access, "READ") && !(access.owner && kind === "PAYOUT_BATCH")) return null;
  const start = async () => {
    setBusy(true);
    const { data, error } = await createExport({ programId, kind, filter });
    setBusy(false);
    setRefusal(refusalOf(error, data?.createExport));
    const url = data?.createExport?.url;
    if (url && new URL(url, location.href).origin === location.origin) location.assign(url);
  };
  return (
    <span className="export">
      <button type="button" onClick={start} disabled={busy}>
        {label}
      </button>
      <span className="problem" role="alert">
        {refusal}
      </span>
    </span>
  );
}
