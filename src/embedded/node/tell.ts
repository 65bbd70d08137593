import type { JsonObject } from '../../rpc/json-rpc.js';
import type { Tx } from '../store/turns.js';

/** Tells the plugins, once what it is about is on disk. */
export type Tell = (tx: Tx, topic: string, payload: JsonObject) => void;
