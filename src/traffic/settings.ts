import type { Activity, AmountMsat } from './activity.js';

/** An activity as plain JSON: amounts in msat, in decimal digits. */
export interface ActivitySettings extends Omit<Activity, 'amountMsat' | 'expectedMsat'> {
  readonly amountMsat?: string | readonly [least: string, most: string] | undefined;
  readonly expectedMsat?: string | undefined;
}

export function activitySettings({ amountMsat, expectedMsat, ...rest }: Activity): ActivitySettings {
  return {
    ...rest,
    ...(amountMsat !== undefined && { amountMsat: textOf(amountMsat) }),
    ...(expectedMsat !== undefined && { expectedMsat: String(expectedMsat) }),
  };
}

export function activityOf({ amountMsat, expectedMsat, ...rest }: ActivitySettings): Activity {
  return {
    ...rest,
    ...(amountMsat !== undefined && { amountMsat: amountOf(amountMsat) }),
    ...(expectedMsat !== undefined && { expectedMsat: BigInt(expectedMsat) }),
  };
}

const textOf = (amount: AmountMsat): string | readonly [string, string] =>
  typeof amount === 'bigint' ? String(amount) : [String(amount[0]), String(amount[1])];

const amountOf = (amount: string | readonly [string, string]): AmountMsat =>
  typeof amount === 'string' ? BigInt(amount) : [BigInt(amount[0]), BigInt(amount[1])];
