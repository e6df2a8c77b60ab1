import { readFileSync } from "node:fs";
import { type Hex, hashTypedData, keccak256, recoverAddress, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { plannedTx, type SafeTx, safeTxDocument, safeTxHash } from "./safe-hash";

function vectors(name: string) {
  const file = new URL(`../../../../tests/vectors/data/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}

interface SafeVector {
  readonly safe_version: string;
  readonly chain_id: number;
  readonly safe: Hex;
  readonly safe_tx_hash: Hex;
  readonly [field: string]: unknown;
}

describe("the hash that owners of a Safe sign", () => {
  const known: SafeVector[] = vectors("safe").tx_hashes.filter(
    ({ safe_version }: SafeVector) => safe_version === "1.3.0",
  );

  it("is that of Safe's own vectors", () => {
    expect(known.length).toBeGreaterThan(0);
    for (const { chain_id, safe, safe_tx_hash, ...fields } of known) {
      const tx = {
        ...fields,
        value: BigInt(String(fields.value)),
        safeTxGas: BigInt(String(fields.safeTxGas)),
        baseGas: BigInt(String(fields.baseGas)),
        gasPrice: BigInt(String(fields.gasPrice)),
        nonce: BigInt(String(fields.nonce)),
      } as unknown as SafeTx;
      expect(safeTxHash(BigInt(chain_id), safe, tx)).toBe(safe_tx_hash);
    }
  });

  it("has the type hashes of Safe.sol", () => {
    const { constants } = vectors("safe");
    const document = safeTxDocument(1n, "0x692a70d2e424a56d2c6c27aa97d1a86395877b3a", anyTx);
    const typeOf = (name: string, fields: readonly { name: string; type: string }[]) =>
      keccak256(toHex(`${name}(${fields.map((each) => `${each.type} ${each.name}`).join(",")})`));
    expect(typeOf("SafeTx", document.types.SafeTx)).toBe(constants.SAFE_TX_TYPEHASH);
    expect(typeOf("EIP712Domain", document.types.EIP712Domain)).toBe(
      constants["DOMAIN_SEPARATOR_TYPEHASH(>=1.3.0)"],
    );
  });

  it("is what a wallet makes of the document", () => {
    const safe = "0x2B0b9cBDA3D7b0F760187c52A8FFB18C48E5d96A";
    const document = safeTxDocument(8453n, safe, anyTx);
    const asWallet = JSON.parse(JSON.stringify(document));
    expect(hashTypedData(asWallet)).toBe(safeTxHash(8453n, safe, anyTx));
  });

  it("depends on chain, Safe and every field", () => {
    const safe = "0x2B0b9cBDA3D7b0F760187c52A8FFB18C48E5d96A";
    const other = "0x79613FD49472C3C7a32188e45ff00e7bdC8a897d";
    const changes: Partial<SafeTx>[] = [
      { to: other },
      { value: 1n },
      { data: "0x12" },
      { operation: 1 },
      { safeTxGas: 1n },
      { baseGas: 1n },
      { gasPrice: 1n },
      { gasToken: other },
      { refundReceiver: other },
      { nonce: 18n },
    ];
    const hashes = [
      safeTxHash(1n, safe, anyTx),
      safeTxHash(2n, safe, anyTx),
      safeTxHash(1n, other, anyTx),
      ...changes.map((change) => safeTxHash(1n, safe, { ...anyTx, ...change })),
    ];
    expect(new Set(hashes).size).toBe(13);
  });
});

describe("the EIP-712 library", () => {
  it("agrees with the EIP's example and with ethers' vectors", async () => {
    const { ethers_typed_data, mail } = vectors("eip712");
    for (const { domain, types, primaryType, data, digest } of ethers_typed_data) {
      const parameters = { domain, types, primaryType, message: data };
      expect(hashTypedData(parameters), JSON.stringify(parameters)).toBe(digest);
    }
    const { r, s, v, digest, signer } = mail;
    const signature = { r, s, v: BigInt(v) };
    const found = await recoverAddress({ hash: digest, signature });
    expect(found.toLowerCase()).toBe(signer);
  });
});

const anyTx = plannedTx({
  to: "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
  data: "0x1234",
  operation: 0,
  nonce: 17n,
});
