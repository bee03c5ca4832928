-- A certificate stands behind a mail domain while that is one of its operator's.
with bound as (
    select distinct on (mail_domain, certificate_id)
        mail_domain,
        certificate_id,
        is_there
    from binding_history
    where since <= $1
    order by mail_domain, certificate_id, since desc, id desc
),
run as (
    select distinct on (mail_domain, operator_id)
        mail_domain,
        operator_id,
        is_there
    from mail_domain_operator_history
    where since <= $1
    order by mail_domain, operator_id, since desc, id desc
)
select
    bound.mail_domain,
    bound.certificate_id as certificate
from bound
join certificate on certificate.id = bound.certificate_id
join run
    on run.mail_domain = bound.mail_domain
    and run.operator_id = certificate.operator_id
where bound.is_there and run.is_there
