/** The value of one of LDK's `Option_…`, or undefined. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- LDK's base classes do not say what they hold
export const some = <T>(option: object): T | undefined => Reflect.get(option, 'some') as T | undefined;

/** A short channel id of LDK's, which comes with a sign: Core Lightning's aliases are random, so half of them are negative. */
export const scidOf = (scid: bigint): bigint => BigInt.asUintN(64, scid);

/** The short channel id in one of LDK's `Option_u64Z`, or undefined. */
export function someScid(option: object): bigint | undefined {
  const scid = some<bigint>(option);
  return scid === undefined ? undefined : scidOf(scid);
}

/** The value of one of LDK's `Result_…`, or undefined if it is an error. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- LDK's base classes do not say what they hold
export const ok = <T>(result: { is_ok(): boolean }): T | undefined =>
  result.is_ok() ? (Reflect.get(result, 'res') as T) : undefined;

/** The error of one of LDK's `Result_…` that is not ok. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- LDK's base classes do not say what they hold
export const err = <T>(result: object): T => Reflect.get(result, 'err') as T;

/** A boolean of LDK's, which is 1 or 0 whatever its type says. */
export const flag = (value: boolean): boolean => Number(value) !== 0;

/** The numbers of the bits that are set, in bytes of which the first has the lowest. */
export const bitsOf = (littleEndian: Uint8Array): number[] =>
  Array.from(littleEndian).flatMap((byte, i) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => i * 8 + bit),
  );

/** Whether LDK handed over a null pointer, as it does for an optional argument of a callback that is not there. */
export const isNull = (object: object): boolean => Reflect.get(object, 'ptr') === 0n;
