-- What is in a data set. Null where an older release registered rows with fields: it kept no word of what they are.

alter table dataset add column schema text; -- DatasetSchema
update dataset set schema = '{"kind":"TEXT"}' where (document::jsonb) ->> 'format' in ('TEXT', 'WIKITEXT');
