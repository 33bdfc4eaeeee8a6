// The answers of the API about checks, previews and jobs, out of its document.
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type CheckLine = Schemas['CheckLine'];
export type CheckFound = Schemas['LastCheck'];
export type PreviewFound = Schemas['LastPreview'];
export type OpenCopy = Schemas['OpenCopy'];
export type Job = Schemas['Job'];
