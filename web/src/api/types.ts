// The answers of the API by their names, out of its document.
import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type Me = Schemas['Me'];
export type Permission = Schemas['Permission'];
export type SideName = Schemas['Side'];
export type Kind = Schemas['Kind'];
export type Value = Schemas['Value'];
export type Activity = Schemas['Activity'];
export type Bucket = Schemas['ActivityBucket'];
export type People = Schemas['PeoplePage'];
export type PersonLine = Schemas['PersonLine'];
export type PersonState = Schemas['PersonState'];
export type Work = Schemas['Work'];
export type Job = Schemas['Job'];
export type Cost = Schemas['Cost'];
export type Progress = Schemas['Progress'];
export type ShopOverview = Schemas['ShopView'];
export type Overview = Schemas['Overview'];
export type LogLine = Schemas['LogLine'];
export type Lines = Schemas['LogPage'];
export type ReviewPage = Schemas['ReviewPage'];
export type Question = Schemas['ReviewShown'];
export type RecordCard = Schemas['RecordCard'];
export type Candidate = Schemas['CandidateShown'];
export type Failures = Schemas['Failures'];
export type FailureGroup = Schemas['FailureGroup'];
export type Unfinished = Schemas['UnfinishedWrite'];
/** One person; the stories of the fields as above. */
export type Person = Omit<Schemas['PersonPage'], 'fields'> & { fields: FieldStory[] };
export type Explained = Omit<Schemas['Explained'], 'fields'> & { fields: FieldStory[] };
// The generator loses `who` where the document has it beside a reference.
export type Origin =
  | ({ who: 'repairbridge' } & Schemas['WrittenStory'])
  | { who: 'person'; first_seen: string }
  | { who: 'vendor' };
export type FieldStory = Omit<Schemas['FieldStory'], 'set_by'> & { set_by: Sides<Origin | null> };
export type OpenWrite = Schemas['OpenWrite'];
export type RunShown = Schemas['RunShown'];
export type Runs = Schemas['RunList'];
export type UndoReport = Schemas['UndoReport'];
export type RolledOut = Schemas['RolledOut'];
export type Differences = Schemas['Differences'];

export type Sides<T> = Record<SideName, T>;

export type Status = Schemas['Status'];
export type NeedCode = Schemas['NeedCode'];
export type Notifications = Schemas['NotificationsShown'];
export type NotificationsKept = Schemas['NotificationsKept'];
export type NoticeWay = NonNullable<paths['/api/v1/notifications/test']['post']['requestBody']>['content']['application/json']['way'];
export type NotificationsWish = NonNullable<paths['/api/v1/notifications']['put']['requestBody']>['content']['application/json'];
