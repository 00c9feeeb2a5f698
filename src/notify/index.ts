export { Outbox, type OutboxOptions } from './outbox.js';
export { NotifySettingError, readNotifySettings, type NotifySettings } from './settings.js';
