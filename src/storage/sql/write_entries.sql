with written as (
    insert into binding (
        mail_domain,
        certificate_id,
        description,
        responsible_contact,
        support_contact,
        updated_at
    )
    select
        told.mail_domain,
        told.certificate,
        nullif(told.description, mail_domain.description),
        nullif(told.responsible_contact, operator.responsible_contact),
        nullif(told.support_contact, operator.support_contact),
        told.updated_at
    from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
        as told (mail_domain, certificate, description, responsible_contact, support_contact, updated_at)
    join mail_domain on mail_domain.name = told.mail_domain
    join certificate on certificate.id = told.certificate
    join operator on operator.id = certificate.operator_id
    on conflict (mail_domain, certificate_id) do update set
        description = excluded.description,
        responsible_contact = excluded.responsible_contact,
        support_contact = excluded.support_contact,
        updated_at = excluded.updated_at
    where excluded.updated_at > binding.updated_at
    returning xmax = 0 as is_new
)
select
    count(*) filter (where is_new) as "added!",
    count(*) filter (where not is_new) as "updated!"
from written
