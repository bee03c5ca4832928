-- Structures of the register, then those that only an open mailbox names, in one order of keys.
select key as "key!"
from (
    (
        select id as key
        from organization
        where closed_on is null
          and id > $1
        order by id
        limit $2
    )
    union
    (
        select distinct structure_id as key
        from attachment
        where closed_on is null
          and structure_id > $1
          and structure_id <> ''
          and not exists (
              select from organization
              where organization.national_id = attachment.structure_id
                and organization.closed_on is null
          )
        order by structure_id
        limit $2
    )
) structures
order by key
limit $2
