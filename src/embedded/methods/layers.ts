import { ParamError } from '../rpc/errors.js';
import { any_, arrayOf, type ParamType } from '../rpc/params.js';

/** The layers that Core Lightning has of itself (lightning-getroutes(7)); there are no others here. */
const LAYERS = ['auto.localchans', 'auto.sourcefree', 'auto.no_mpp_support'];

const layer: ParamType<string> = (value, name) => {
  if (typeof value !== 'string') throw new ParamError(name, 'should be a string', value);
  if (!LAYERS.includes(value)) throw new ParamError(name, 'unknown layer', value);
  return value;
};

/** An array of layers; as in CLN, errors name no place in it. */
export const layerNames: ParamType<string[]> = (value, name) =>
  arrayOf(any_)(value, name).map((each) => layer(each, name));

/** How many parts a payment may have by these layers. */
export const maxPartsOf = (layers: readonly string[]): 1 | undefined =>
  layers.includes('auto.no_mpp_support') ? 1 : undefined;
