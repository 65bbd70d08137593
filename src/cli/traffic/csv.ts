import { open, rm } from 'node:fs/promises';
import { fileError } from '../../core/files.js';
import { LnPlayError, systemCode } from '../../core/errors.js';
import type { TrafficPayment } from '../../traffic/payment.js';

const HEADER = 'number,sent_at,from,to,amount_msat,status,reason,fee_msat,latency_ms';

/** A new file with a line for each payment, as they come. */
export interface CsvFile {
  readonly add: (payment: TrafficPayment) => Promise<void>;
  /** Closes it, and removes it where no payment is in it. */
  readonly close: () => Promise<void>;
}

/** @throws {LnPlayError} USAGE for a file that is there already; FILESYSTEM */
export async function createCsv(path: string): Promise<CsvFile> {
  try {
    const file = await open(path, 'wx');
    await file.appendFile(`${HEADER}\n`);
    let isEmpty = true;
    return {
      add: async (payment) => {
        isEmpty = false;
        await file.appendFile(`${lineOf(payment)}\n`);
      },
      close: async () => {
        await file.close();
        if (isEmpty) await rm(path);
      },
    };
  } catch (error) {
    if (systemCode(error) === 'EEXIST')
      throw new LnPlayError('USAGE', `${path} is there already`, { hint: 'give --csv another name, or remove it' });
    throw fileError('write', path, error);
  }
}

function lineOf(payment: TrafficPayment): string {
  const { number, sentAt, from, to, amountMsat, status, latencyMs } = payment;
  const [reason, fee] = payment.status === 'paid' ? ['', payment.feeMsat] : [payment.reason, ''];
  return [
    number,
    new Date(sentAt).toISOString(),
    from,
    to,
    amountMsat,
    status,
    reason,
    fee,
    latencyMs.toFixed(3),
  ].join();
}
