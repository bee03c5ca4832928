-- People of the register, then those whom only an open mailbox names, in one order of keys.
select key as "key!"
from (
    (
        select national_id as key
        from practitioner
        where closed_on is null
          and national_id > $1
        order by national_id
        limit $2
    )
    union
    (
        select distinct person_id as key
        from attachment
        where closed_on is null
          and person_id > $1
          and person_id <> ''
        order by person_id
        limit $2
    )
) people
order by key
limit $2
