// The answers of the API that the settings show, out of its document.
import type { components } from '../../api/schema';

type Schemas = components['schemas'];

export type Connection = Schemas['ConnectionLine'];
export type Webhooks = Schemas['WebhooksShown'];
export type User = Schemas['User'];
export type Role = Schemas['Role'];
export type Session = Schemas['Session'];
export type Token = Schemas['ApiToken'];
export type Keys = Schemas['KeysReport'];
export type AuditLine = Schemas['AuditRow'];
export type ShopLine = Schemas['ShopLine'];
